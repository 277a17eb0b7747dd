/* SPDX-License-Identifier: MIT */
#include "cli/load/names.h"

#include "load/load.h"

const char *const load_mode_names[] = {
	[LOAD_WINDOW] = "window",
	[LOAD_FLOOD] = "flood",
	[LOAD_PACED] = "paced",
	NULL,
};

const char *const load_content_names[] = {
	[CONTENT_RANDOM] = "random",
	[CONTENT_ZEROS] = "zeros",
	[CONTENT_TEXT] = "text",
	NULL,
};

const char *const load_replies_names[] = {
	[REPLIES_PROBES] = "probes",
	[REPLIES_TEXT] = "text",
	[REPLIES_ANY] = "any",
	[REPLIES_NONE] = "none",
	NULL,
};

const char *const load_spacing_names[] = {
	[PACE_EVEN] = "even",
	[PACE_POISSON] = "poisson",
	NULL,
};

const char *const load_verify_names[] = {"header", "full", NULL};

const char *const load_ecn_names[] = {"not-ect", "ect1", "ect0", "ce", NULL};
