/* SPDX-License-Identifier: MIT */
/* The reply of the length service: "Your data was N bytes". */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A printf format for one uint32_t. */
#define TEXT_LENGTH "Your data was %u bytes"

/* Is data exactly that text, with N as printf would write it? Sets *length to
 * N. */
bool text_read_length(const uint8_t *data, uint32_t bytes, uint32_t *length);
