// SPDX-License-Identifier: GPL-2.0-only
/* Until v5.19 (cae3873c5b3a) listeners hang in listening_hash by port; later in lhash2 alone. */
/* absent: has no member */
#include <net/inet_hashtables.h>

struct inet_listen_hashbucket *probe(struct inet_hashinfo *hashinfo);
struct inet_listen_hashbucket *probe(struct inet_hashinfo *hashinfo)
{
	return &hashinfo->listening_hash[0];
}
