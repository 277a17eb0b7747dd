/* SPDX-License-Identifier: MIT */
/*
 * What root, or capabilities(7), let the program do is given up once everything
 * is open: a fault in what reads strangers' datagrams is then worth less.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What a run may still need after its start, as bits. Sockets that are opened
 * later: their buffers, devices, ports below 1024, and raw ones. */
uint64_t privilege_sockets(void);
/* Other network namespaces that are entered later. */
uint64_t privilege_namespaces(void);
/* What it takes to remove the file at path when the run ends: something
 * only where its folder belongs to another user. NULL is legal. */
uint64_t privilege_to_remove(const char *path);

/*
 * Of the calling thread, and of those that it starts: keeps no capability but
 * these, as far as they are there, and no program that is executed can gain any
 * (PR_SET_NO_NEW_PRIVS). 0; or -errno, and one line in why.
 */
int privilege_drop(uint64_t keep, char *why, size_t why_bytes);
