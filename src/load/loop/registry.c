/* SPDX-License-Identifier: MIT */
#include "load/loop/registry.h"

#include "load/loop/modes.h"

const struct mode_ops *mode_of(const struct load_config *c)
{
	static const struct mode_ops *const modes[] = {
		[LOAD_WINDOW] = &mode_window,
		[LOAD_FLOOD] = &mode_flood,
		[LOAD_PACED] = &mode_by_plan,
	};

	if (c->replay && c->mode == LOAD_PACED)
		return &mode_by_capture;
	return modes[c->mode];
}
