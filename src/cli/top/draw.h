/* SPDX-License-Identifier: MIT */
/* Draws all there is to see. */
#pragma once

#include "cli/top/scene.h"

#include <stddef.h>

/* On the screen, of whatever size that is. */
void draw(const struct scene *s);

/* How many servers are in sight at once. */
size_t draw_page(const struct scene *s);
