/* SPDX-License-Identifier: MIT */
/*
 * The registry of the servers on this host: a folder that anybody may write to,
 * with their counter segments by the names udpmill.PID, or udpmill.PID.NUMBER
 * where somebody else had taken the first. Nothing else there is looked at.
 */
#pragma once

#define SEGMENT_DIR    "/dev/shm"
#define SEGMENT_PREFIX "udpmill."
#define SEGMENT_NAME   32 /* room for the longest */
