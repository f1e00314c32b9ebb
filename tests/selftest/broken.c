// SPDX-License-Identifier: GPL-2.0-only
/* A module that is wrong on purpose, each in a way the harness must notice: some on any kernel, some on one of our own alone. */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

static char *how = "";
module_param(how, charp, 0);
MODULE_PARM_DESC(how, "warn, slab (a cache is destroyed with an object in it), proc (its folder in /proc stays), free (memory is used after it), lost (memory that nobody knows any more), sleep (under a spinlock), rcu (followed without RCU), order (of two locks) or race");

static struct kmem_cache *cache;
static DEFINE_SPINLOCK(first);
static DEFINE_SPINLOCK(second);
static int __rcu *watched;
static unsigned long shared;

/* A cache with a constructor is not merged with others of its size. */
static void construct(void *object)
{
}

static int use_after_free(void)
{
	int *object = kmalloc(sizeof(*object), GFP_KERNEL);

	if (!object)
		return -ENOMEM;
	kfree(object);
	OPTIMIZER_HIDE_VAR(object);
	return READ_ONCE(*object) == 1 ? -EIO : 0;
}

static int lose(void)
{
	unsigned int i;

	for (i = 0; i < 10; i++) {	/* a pointer to one or another may be lying about */
		void *object = kmalloc(300, GFP_KERNEL);

		if (!object)
			return -ENOMEM;
		OPTIMIZER_HIDE_VAR(object);
	}
	return 0;
}

static void wrong_order(void)
{
	spin_lock(&first);
	spin_lock(&second);
	spin_unlock(&second);
	spin_unlock(&first);
	spin_lock(&second);
	spin_lock(&first);
	spin_unlock(&first);
	spin_unlock(&second);
}

static int count(void *unused)
{
	while (!kthread_should_stop()) {
		unsigned int i;

		for (i = 0; i < 100; i++)
			shared++;
		cond_resched();
	}
	return 0;
}

static int race(void)
{
	struct task_struct *threads[2];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(threads); i++)
		threads[i] = kthread_run(count, NULL, "broken/%u", i);
	msleep(2000);
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		if (!IS_ERR(threads[i]))
			kthread_stop(threads[i]);
	return 0;
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
	if (!strcmp(how, "free"))
		return use_after_free();
	if (!strcmp(how, "lost"))
		return lose();
	if (!strcmp(how, "sleep")) {
		spin_lock(&first);
		msleep(1);
		spin_unlock(&first);
	}
	if (!strcmp(how, "rcu") && rcu_dereference(watched))
		return -EIO;
	if (!strcmp(how, "order"))
		wrong_order();
	if (!strcmp(how, "race"))
		return race();
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
