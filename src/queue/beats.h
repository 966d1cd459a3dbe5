/*
 * Beats: how coordinator and pilots see that the other is alive. Each replaces a file again and
 * again, with a number that is one higher each time. As clocks of two machines differ, nobody
 * compares times: who reads measures by its own clock how long the number has been the same.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attr.h"
#include "key.h"

struct err;

enum { RUN_BEAT_MS = 2000, PILOT_BEAT_MS = 1000 };

/* For how long a number has been the same. */
struct silence {
    int64_t beat;
    double since_s; /* clock_now_s; 0: nothing was heard yet */
};
/* Notes the number that was read now. Returns for how many seconds it has not changed. */
double silence_note(struct silence *silence, int64_t beat, double now_s);
/* This process was stopped for some seconds, and could not listen: they do not count. */
void silence_excuse(struct silence *silence, double stopped_s);

/* A pilot that the coordinator has not heard for some beats. */
struct pilot_silence {
    char *name; /* the pilot's; owned */
    int64_t silent_s;
    bool lost; /* its jobs were given to others */
};

/* Of the coordinator: run.json. */
struct run_beat {
    char run[KEY_BYTES]; /* the run's id */
    char *host;          /* owned */
    int64_t pid, beat;
    struct pilot_silence *silent; /* owned */
    size_t nb_silent;
};
/* name is copied. */
void run_beat_add_silent(struct run_beat *beat, const char *name, double silent_s, bool lost);
/* NULL: the coordinator hears the pilot of that name. */
const struct pilot_silence *run_beat_silence_of(const struct run_beat *beat, const char *name);
void run_beat_finish(struct run_beat *beat);
#define AUTO_RUN_BEAT ATTR_CLEANUP(run_beat_finish) struct run_beat
ATTR_NODISCARD int run_beat_write(const char *queue, const struct run_beat *beat, struct err *err);
/* Returns false if there is none. */
bool run_beat_read(struct run_beat *out, const char *queue);

enum pilot_state { PILOT_WORKS, PILOT_ENDS, PILOT_REFUSES };

struct pilot_running {
    char key[KEY_BYTES];
    double done; /* 0 to 1 */
};

/* Of a pilot: pilots/NAME/beat.json. Texts are owned. */
struct pilot_beat {
    int64_t beat;
    char *node, *task;
    int cores; /* jobs that it runs at once */
    long memory_mb;
    char *sandbox; /* sandbox_describe */
    bool sandbox_whole;
    enum pilot_state state;
    char *why; /* it ends or refuses */
    struct pilot_running *running;
    size_t nb_running;
};
void pilot_beat_finish(struct pilot_beat *beat);
#define AUTO_PILOT_BEAT ATTR_CLEANUP(pilot_beat_finish) struct pilot_beat
ATTR_NODISCARD int pilot_beat_write(const char *queue, const char *pilot,
                                    const struct pilot_beat *beat, struct err *err);
/* Returns false if there is none. */
bool pilot_beat_read(struct pilot_beat *out, const char *queue, const char *pilot);
