/* What the numbers of an analysis mean (analyse.h), for those that make them and those that judge
 * by them. */
#pragma once

/* speech: from which on somebody surely speaks, and below which nobody does. Speech has a share of
 * quiet frames of 0.3 to 0.6, less in a room that echoes; music and noise have less than 0.1. */
#define ANALYSE_SPEAKS       0.25
#define ANALYSE_SAYS_NOTHING 0.1

/* correlation: up to which left and right are in opposite phase. One of them is upside down, and
 * the mono sum of both loses 5 dB and more. */
#define ANALYSE_OPPOSITE (-0.5)
