#include "estimate.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "encoder_version.h"
#include "fs.h"
#include "json.h"
#include "media.h"
#include "media_request.h"
#include "mem.h"
#include "reader.h"
#include "rehearse.h"
#include "rendition.h"
#include "segment.h"
#include "sound.h"

enum { SAMPLE_MS = 8000, WIDTH = 1280, HEIGHT = 720, FPS = 25 };

struct trial {
    struct rendition *renditions; /* those of the request */
    const char *recording, *out;
    struct frame_grid grid;
    double seconds; /* processor time */
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

static int try_all(struct trial *t, const struct estimate_request *request, struct err *err)
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
    AUTO_JSON *encoders = encoder_versions();
    for (size_t i = 0; i < request->nb_renditions; i++)
        if (rendition_read(&t->renditions[i], request->renditions[i], RENDITION_BALANCED, encoders,
                           err) < 0)
            return err->code;
    if (rehearse_make(&spec, err) < 0)
        return err->code;
    t->grid = (struct frame_grid){
        .fps = {FPS, 1}, .time_base = {1, 1000000}, .nb_frames = SAMPLE_MS * FPS / 1000};
    const double begin = now();
    for (size_t i = 0; i < request->nb_renditions; i++)
        if ((t->renditions[i].video && try_pictures(t, &t->renditions[i], err) < 0) ||
            try_sound(t, &t->renditions[i], err) < 0)
            return err->code;
    t->seconds = now() - begin;
    return 0;
}

static void print(const struct trial *t, const struct estimate_request *request, int cores)
{
    const double scale = (double)request->all_ms / SAMPLE_MS;
    const double hours = t->seconds * scale / cores / 3600;
    const double gb = (double)t->nb_bytes * scale / 1e9;
    char length[CLOCK_BYTES];
    printf("\nThe whole event: %d talk%s, %s of recordings. From a %d s trial at %dx%d, %d fps:\n"
           "  time  about %.1f h on this machine (%d core%s) for %zu rendition%s\n"
           "  disk  about %.1f GB in out/, as much again in work/ during the run\n",
           request->nb_talks, request->nb_talks == 1 ? "" : "s",
           clock_format_ms(length, request->all_ms, false), SAMPLE_MS / 1000, WIDTH, HEIGHT, FPS,
           hours, cores, cores == 1 ? "" : "s", request->nb_renditions,
           request->nb_renditions == 1 ? "" : "s", gb);
    const int64_t room = fs_free_bytes(request->scratch);
    if (room >= 0)
        printf("        '%s' has %.1f GB free: %s\n", request->scratch, (double)room / 1e9,
               (double)room > 2.2e9 * gb ? "enough" : "NOT enough");
}

int estimate_print(const struct estimate_request *request, int cores, struct err *err)
{
    AUTO_FREE char *recording = mem_printf("%s/.estimate-%d.mp4", request->scratch, (int)getpid());
    AUTO_FREE char *out = mem_printf("%s/.estimate-%d.out.mp4", request->scratch, (int)getpid());
    AUTO_FREE struct rendition *renditions = mem_zalloc(request->nb_renditions, sizeof *renditions);
    struct trial t = {.renditions = renditions, .recording = recording, .out = out};
    const int ret = try_all(&t, request, err);
    unlink(recording);
    unlink(out);
    for (size_t i = 0; i < request->nb_renditions; i++)
        rendition_finish(&renditions[i]);
    if (ret == 0)
        print(&t, request, cores);
    return ret;
}
