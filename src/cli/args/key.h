/* SPDX-License-Identifier: MIT */
/* --key FILE, for the verbs that take it. */
#pragma once

#include "core/mac.h"

/*
 * Reads the key from the file. Prints one line and exits if the file cannot be
 * read, holds no key, or is accessible to others than its owner; and with
 * EXIT_SYSTEM if this build does not support keys.
 */
void key_read(struct mac_key *out, const char *path);
