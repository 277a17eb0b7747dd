/* SPDX-License-Identifier: MIT */
/* What the length service answers: "Your data was N bytes". */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Of one uint32_t. */
#define TEXT_LENGTH "Your data was %u bytes"

/* Is it that, and nothing else? *length is N then: as printf would write it. */
bool text_read_length(const uint8_t *data, uint32_t bytes, uint32_t *length);
