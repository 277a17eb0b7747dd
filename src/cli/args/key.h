/* SPDX-License-Identifier: MIT */
/* --key FILE, of the verbs that take it. */
#pragma once

#include "core/mac.h"

/*
 * Reads the key in the file. Prints one line and exits where the file cannot be
 * read, holds no key, or may be read by others than its owner; and, with
 * EXIT_SYSTEM, where this build is without keys.
 */
void key_read(struct mac_key *out, const char *path);
