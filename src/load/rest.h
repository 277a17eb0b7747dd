/* SPDX-License-Identifier: MIT */
/* What is in flight when the last datagram was sent. Private to load/. */
#pragma once

#include "load/moment.h"

/*
 * Until nothing moves any more, at the client and, where it is seen, at the
 * server; whose figures are read back from the kernel now and then, so that
 * they must have been renewed meanwhile: twice, for one may have been under
 * way. And what is missing may be held by a queueing discipline, which lets go
 * of it at its own pace; or, of a peer that is not seen, be on its way for
 * longer than nothing moves here. False where the server's figures are old
 * after all that time.
 */
bool rest_wait(struct load *l, const struct moment *from, struct moment *end);
