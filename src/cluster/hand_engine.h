/* The engine that starts nothing: a user starts pilots, on this machine or others that share the
 * event's folder, with 'talkpress pilot EVENT/work/queue'. */
#pragma once

#include "engine.h"

/* nb_tasks: how many pilots there will be at most; cores: how many jobs each runs. A new engine. */
struct engine *hand_engine_create(int nb_tasks, int cores);
