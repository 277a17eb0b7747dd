/* SPDX-License-Identifier: MIT */
/*
 * The registry of the servers on this host: a folder that anybody may write to,
 * with counter segments named udpmill.PID, or udpmill.PID.NUMBER if somebody
 * else has taken the first name. Other files are ignored.
 */
#pragma once

#define SEGMENT_DIR    "/dev/shm"
#define SEGMENT_PREFIX "udpmill."
#define SEGMENT_NAME   32 /* room for the longest name */
