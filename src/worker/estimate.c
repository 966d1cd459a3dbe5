#include "estimate.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "event.h"
#include "fs.h"
#include "media.h"
#include "mem.h"
#include "reader.h"
#include "rehearse.h"
#include "segment.h"
#include "sound.h"

enum { SAMPLE_MS = 8000, WIDTH = 1280, HEIGHT = 720, FPS = 25 };
/* What new events make: see settings_template in event.c. */
static const char *const renditions[] = {"mp4-720", "mp4-360", "av1-720", "opus"};
enum { NB_RENDITIONS = sizeof renditions / sizeof *renditions };

struct trial {
    struct rendition renditions[NB_RENDITIONS];
    char *recording, *out;
    struct frame_grid grid;
    double seconds; /* of one core */
    int64_t nb_bytes;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int next_picture(void *opaque, AVFrame *frame, struct err *err)
{
    return picture_reader_next(opaque, frame, err);
}

static int try_pictures(struct trial *t, const struct rendition *r, struct err *err)
{
    AUTO_MEDIA *media = NULL;
    AUTO_PICTURES *pictures = NULL;
    const struct picture_range range = {.stream = 0, .grid = t->grid, .end = t->grid.nb_frames};
    if (media_open(&media, t->recording, NULL, err) < 0 ||
        picture_reader_open(&pictures, media, &range, err) < 0)
        return err->code;
    struct segment_output o = {.video = r->video, .path = t->out};
    const struct segment_params params = {.fps = t->grid.fps, .nb_frames = t->grid.nb_frames};
    rendition_size(&o.width, &o.height, r->video, WIDTH, HEIGHT, 1, 1, 0);
    const int ret =
        segment_encode(&o, 1, &params, &(struct picture_source){next_picture, pictures}, err);
    t->nb_bytes += o.summary.nb_bytes;
    return ret;
}

static int try_sound(struct trial *t, const struct rendition *r, struct err *err)
{
    struct sound_output o = {.audio = r->audio, .path = t->out};
    const struct sound_spec spec = {.recording = t->recording,
                                    .stream = 1,
                                    .grid = t->grid,
                                    .end = t->grid.nb_frames,
                                    .target_lufs = -16,
                                    .ceiling_dbtp = -1};
    const int ret = sound_encode(&o, 1, &spec, err);
    t->nb_bytes += o.result.summary.nb_bytes;
    return ret;
}

static int try_all(struct trial *t, struct err *err)
{
    const int64_t ms = SAMPLE_MS;
    const struct rehearse_spec spec = {.path = t->recording,
                                       .title = "What this machine can do",
                                       .speakers = "talkpress",
                                       .part_ms = &ms,
                                       .nb_parts = 1,
                                       .width = WIDTH,
                                       .height = HEIGHT,
                                       .fps = FPS};
    for (size_t i = 0; i < NB_RENDITIONS; i++) {
        AUTO_FREE char *name = mem_printf("renditions/%s.yaml", renditions[i]), *path = NULL;
        if (event_data_file(&path, NULL, name, err) < 0 ||
            rendition_read(&t->renditions[i], path, RENDITION_BALANCED, err) < 0)
            return err->code;
    }
    if (rehearse_make(&spec, err) < 0)
        return err->code;
    t->grid = (struct frame_grid){
        .fps = {FPS, 1}, .time_base = {1, 1000000}, .nb_frames = SAMPLE_MS * FPS / 1000};
    const double begin = now();
    for (size_t i = 0; i < NB_RENDITIONS; i++)
        if ((t->renditions[i].video && try_pictures(t, &t->renditions[i], err) < 0) ||
            try_sound(t, &t->renditions[i], err) < 0)
            return err->code;
    t->seconds = now() - begin;
    return 0;
}

int estimate_print(const char *scratch, int64_t all_ms, size_t nb_talks, struct err *err)
{
    struct trial t = {.recording = mem_printf("%s/.estimate-%d.mp4", scratch, (int)getpid()),
                      .out = mem_printf("%s/.estimate-%d.out.mp4", scratch, (int)getpid())};
    (void)try_all(&t, err);
    unlink(t.recording);
    unlink(t.out);
    free(t.recording);
    free(t.out);
    for (size_t i = 0; i < NB_RENDITIONS; i++)
        rendition_finish(&t.renditions[i]);
    if (err->code)
        return err->code;
    const double scale = (double)all_ms / SAMPLE_MS;
    const int cores = event_cores();
    const double hours = t.seconds * scale / cores / 3600;
    const double gb = (double)t.nb_bytes * scale / 1e9;
    char length[CLOCK_BYTES];
    printf("\nThe whole event: %zu talks, %s of recordings. From a %d s trial at %dx%d, %d fps:\n"
           "  time  about %.1f h on this machine (%d cores) for %d renditions\n"
           "  disk  about %.1f GB in out/, as much again in work/ while it is made\n",
           nb_talks, clock_format_ms(length, all_ms, false), SAMPLE_MS / 1000, WIDTH, HEIGHT, FPS,
           hours, cores, NB_RENDITIONS, gb);
    const int64_t room = fs_free_bytes(scratch);
    if (room >= 0)
        printf("        '%s' has %.1f GB free: %s\n", scratch, (double)room / 1e9,
               (double)room > 2.2e9 * gb ? "enough" : "NOT enough");
    return 0;
}
