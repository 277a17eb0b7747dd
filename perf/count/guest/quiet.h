/* SPDX-License-Identifier: MIT */
/* Waits until the guest is quiet: a kernel has work of its own after it has
 * booted, such as tests of its cryptography. */
#pragma once

/* Waits until nothing has run for so long, but not for ever, and tells the host
 * how long that took, and which share of the last time was idle. */
void quiet_wait(unsigned ms);
