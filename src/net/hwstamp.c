/* SPDX-License-Identifier: MIT */
#include "net/hwstamp.h"

#include <errno.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Filters other than "all" only match PTP. */
bool hwstamp_suffices(int tx_type, int rx_filter)
{
	return tx_type != HWTSTAMP_TX_OFF && rx_filter == HWTSTAMP_FILTER_ALL;
}

bool hwstamp_on(unsigned device, char *why, size_t why_bytes)
{
	struct hwtstamp_config config = {0};
	struct ifreq request = {.ifr_data = (void *)&config};
	int fd, error = 0;

	if (!if_indextoname(device, request.ifr_name)) {
		snprintf(why, why_bytes, "the device is not known");
		return false;
	}
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCGHWTSTAMP, &request))
		error = errno;
	if (fd >= 0)
		close(fd);
	if (error == EOPNOTSUPP || error == EINVAL || error == ENOTTY)
		snprintf(why, why_bytes,
			"%s does not report hardware time stamps",
			request.ifr_name);
	else if (error)
		snprintf(why, why_bytes, "asking %s: %s", request.ifr_name,
			strerror(error));
	else if (!hwstamp_suffices(config.tx_type, config.rx_filter))
		snprintf(why, why_bytes,
			"%s is not set up to stamp all datagrams",
			request.ifr_name);
	else
		return true;
	return false;
}
