/* SPDX-License-Identifier: MIT */
/* Is a server's process able to run? */
#pragma once

#include "export/reader.h"

/*
 * The process of a segment is seen, and is neither stopped nor dead: if its
 * figures are old, it waits for a CPU. False if that cannot be told, as for a
 * process of another container or, without root, of another user.
 */
bool running_is_seen(const struct reader_about *about);
