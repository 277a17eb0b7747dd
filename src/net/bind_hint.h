/* SPDX-License-Identifier: MIT */
/* What to do about an address that could not be bound. */
#pragma once

#include <stdbool.h>

/* To be appended to the reason; it may be "". stream: TCP, else UDP. */
const char *bind_hint(int error, bool stream);
