/*
 * The clock of a simulation: it runs while the program that is measured runs, stands still while
 * the simulation does its own work, and jumps over times in which nothing happens. It replaces
 * clock_now_s() in the program that is linked with --wrap=clock_now_s. One thread, one clock.
 */
#pragma once

/* What the program itself used, in seconds: without what others used of its core meanwhile, but
 * with what it waited for the disk. */
double virtual_clock_own_s(void);

/* The time now, in seconds. */
double virtual_clock_s(void);

/* Between the two, the clock stands still. Not nested. */
void virtual_clock_stop(void);
void virtual_clock_go_on(void);

/* While it stands still: the time is at_s from now on; an earlier time changes nothing. */
void virtual_clock_jump(double at_s);
