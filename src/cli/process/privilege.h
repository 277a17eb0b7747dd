/* SPDX-License-Identifier: MIT */
/*
 * What root, or capabilities(7), allows is given up once everything is open, so
 * that a fault in the code that reads strangers' datagrams is worth less.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Capabilities that a run may still need after its start, as bits. For sockets
 * that are opened later: buffer sizes, devices, ports below 1024, and raw
 * sockets. */
uint64_t privilege_sockets(void);
/* For entering other network namespaces later. */
uint64_t privilege_namespaces(void);
/* For removing the file at path when the run ends: not 0 only if its folder
 * belongs to another user. path may be NULL. */
uint64_t privilege_to_remove(const char *path);

/*
 * Drops all capabilities but these, as far as they are held, from the calling
 * thread and from those that it starts later; and no program that is executed
 * can gain any (PR_SET_NO_NEW_PRIVS). 0; or -errno and one line in why.
 */
int privilege_drop(uint64_t keep, char *why, size_t why_bytes);
