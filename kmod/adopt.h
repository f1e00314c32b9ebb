/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _COREMON_ADOPT_H
#define _COREMON_ADOPT_H

void coremon_adopt(void);

#endif /* _COREMON_ADOPT_H */
