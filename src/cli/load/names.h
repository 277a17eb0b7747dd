/* SPDX-License-Identifier: MIT */
/* The names of values, on the command line and in reports, in the order of
 * their enums and ended by NULL. */
#pragma once

extern const char *const load_mode_names[];
extern const char *const load_content_names[];
extern const char *const load_replies_names[];
extern const char *const load_spacing_names[];
extern const char *const load_verify_names[];
extern const char *const load_ecn_names[]; /* indexed by the two ECN bits */
