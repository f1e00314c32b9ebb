// SPDX-License-Identifier: GPL-2.0-only
/* A module that is wrong on purpose, each in a way the harness must notice. */
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>

static char *how = "";
module_param(how, charp, 0);
MODULE_PARM_DESC(how, "warn, slab (a cache is destroyed with an object in it) or proc (its folder in /proc stays)");

static struct kmem_cache *cache;

/* A cache with a constructor is not merged with others of its size. */
static void construct(void *object)
{
}

static int __init broken_init(void)
{
	WARN(!strcmp(how, "warn"), "on purpose\n");
	if (!strcmp(how, "slab")) {
		cache = kmem_cache_create("coremon_broken", 64, 0, 0, construct);
		if (!cache || !kmem_cache_alloc(cache, GFP_KERNEL))
			return -ENOMEM;
	}
	if (!strcmp(how, "proc") && !proc_mkdir("coremon", NULL))
		return -ENOMEM;
	return 0;
}

static void __exit broken_exit(void)
{
	kmem_cache_destroy(cache);
}

module_init(broken_init);
module_exit(broken_exit);
MODULE_DESCRIPTION("wrong on purpose");
MODULE_LICENSE("GPL");
