#include "part_maker.h"

#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "json.h"
#include "mem.h"
#include "piece_maker.h"

const AVRational FPS = {25, 1};
const int64_t LENGTHS[NB_PIECES] = {CARD, 60, 40};
static const struct check_seam SEAMS[] = {{CARD, false}, {CARD + 60, false}};
const char TITLE[] = "Observing or Interfering? 大規模";

float sweep(int64_t n, int c)
{
    const double t = (double)n / RATE;
    return (float)(0.2 * sin(2 * M_PI * (300 + 150 * t) * t + c));
}

const char *sound_encoder(const char *container)
{
    return strcmp(container, "mp4") == 0   ? "aac"
           : strcmp(container, "mp3") == 0 ? "libmp3lame"
                                           : "libopus";
}

void part_make(struct part *p, const char *container, const char *video_encoder)
{
    const bool sound_alone = !video_encoder;
    *p = (struct part){.container = container};
    AUTO_JSON *video = video_encoder ? piece_video(video_encoder) : NULL;
    AUTO_JSON *audio = piece_audio(sound_encoder(container));
    AUTO_FREE char *recording = folder_path("recording.mkv");
    piece_recording(recording, sweep, 8 * RATE);
    int64_t first = 0;
    for (size_t i = 0; i < NB_PIECES; i++) {
        p->paths[i] = folder_path("%s-%zu.mp4", container, i);
        if (!sound_alone)
            piece_segment(&p->summaries[i], p->paths[i], video, FPS,
                          (struct drawn){WIDTH, HEIGHT, first, LENGTHS[i], i == 0, 1, 0});
        p->segments[i] = (struct assemble_segment){p->paths[i], LENGTHS[i], p->summaries[i].hash};
        first += LENGTHS[i];
    }
    p->sound_path = folder_path("%s-sound.mp4", container);
    p->path = folder_path("whole.%s", container);
    piece_sound(&p->sound, p->sound_path, recording, audio, FPS, 10, 110, CARD);
    p->tags[0] = (struct assemble_tag){"title", TITLE};
    p->tags[1] = (struct assemble_tag){"artist", "Dullor Rao, Jun Nakajima"};
    p->tags[2] = (struct assemble_tag){"comment", NULL};
    p->tags[3] = (struct assemble_tag){
        "album", " Lines\n\n\tand <b>signs</b>: a=b; \"\xf0\x9f\x8e\xa5\" \\ "};
    p->tags[4] = (struct assemble_tag){"track", "7"};
    p->tags[5] = (struct assemble_tag){"date", "2021-05-04"};
    p->chapters[0] = (struct assemble_chapter){0, 1000, "Title"};
    p->chapters[1] = (struct assemble_chapter){1000, 5000, "The talk: ü"};
    p->spec = (struct assemble_spec){
        .container = container,
        .fps = FPS,
        .segments = p->segments,
        .nb_segments = sound_alone ? 0 : NB_PIECES,
        .sound_path = p->sound_path,
        .sound_hash = p->sound.summary.hash,
        .nb_samples = p->sound.nb_samples,
        .sound_lead_in = p->sound.lead_in,
        .sound_packet_samples = p->sound.packet_samples,
        .skip_samples = sound_alone ? CARD * 1920 : 0,
        .tags = p->tags,
        .nb_tags = NB(p->tags),
        .chapters = p->chapters,
        .nb_chapters = NB(p->chapters),
        .language = "eng",
    };
    struct err err = {0};
    assert_done(assemble_file(&p->made, p->path, &p->spec, &err));
    p->check = (struct check_spec){
        .container = container,
        .fps = FPS,
        .width = sound_alone ? 0 : WIDTH,
        .height = sound_alone ? 0 : HEIGHT,
        .seams = SEAMS,
        .nb_seams = sound_alone ? 0 : NB(SEAMS),
        .nb_frames = p->made.nb_frames,
        .nb_samples = p->made.nb_samples,
        .video_hash = p->made.video_hash,
        .sound_hash = p->made.sound_hash,
        .key_frame_s = 4,
        .tags = p->tags,
        .nb_tags = NB(p->tags),
        .chapters = p->chapters,
        .nb_chapters = p->spec.nb_chapters,
    };
}

void part_finish(struct part *p)
{
    for (size_t i = 0; i < NB_PIECES; i++)
        free(p->paths[i]);
    free(p->sound_path);
    free(p->path);
}

const struct kind KINDS[6] = {{"mp4", "libx264"}, {"webm", "libsvtav1"}, {"webm", "libvpx-vp9"},
                              {"ogg", NULL},      {"mp4", NULL},         {"mp3", NULL}};

char *read_all(size_t *nb, const char *path)
{
    struct err err = {0};
    char *bytes = NULL;
    assert_done(fs_read(&bytes, nb, path, 1 << 26, &err));
    return bytes;
}

void write_all(const char *path, const char *bytes, size_t nb)
{
    struct err err = {0};
    assert_done(fs_write_atomic(path, bytes, nb, &err));
}

uint32_t big_endian(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;
    return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}
