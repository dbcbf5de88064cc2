/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads of the product as coroutines: pthread_create() makes one, it runs
 * when thread_run() says so, until it waits for work.  So the real hand-over
 * between the relay's two threads runs in one, in an order of our choice.
 */
#ifndef SIM_THREAD_H
#define SIM_THREAD_H

/* Let the thread made last but one, ... all that live run until they wait. */
void thread_run(void);

/* Such a thread waits for its disk: the others go on meanwhile. */
void thread_rest(void);

#endif
