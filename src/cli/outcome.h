/* SPDX-License-Identifier: MIT */
/*
 * What an error of a run means for whoever started it: the same errno has the
 * same exit code, and the same name in JSON, in every verb and mode.
 */
#pragma once

#include "cli/verb.h"

/* error: -errno. */
enum exit_code outcome_code(int error);

/* "refused", "timeout", "unreachable", "interrupted" or "failed". */
const char *outcome_name(int error);
