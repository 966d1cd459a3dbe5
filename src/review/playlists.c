#include "playlists.h"

#include <inttypes.h>
#include <math.h>

#include "preview.h"

/* Of the segments, measured; players choose by it, and there is nothing to choose. */
enum { BANDWIDTH = 1500000 };

void playlist_master(struct str *out, const struct preview_layout *l)
{
    const bool picture = l->nb_pictures, sound = l->nb_sounds;
    str_add(out, "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT-SEGMENTS\n");
    if (picture && sound)
        str_add(out, "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"sound\",DEFAULT=YES,"
                     "AUTOSELECT=YES,URI=\"a/index.m3u8\"\n");
    str_addf(out, "#EXT-X-STREAM-INF:BANDWIDTH=%d,CODECS=\"%s%s%s\"", BANDWIDTH,
             picture ? l->picture_codecs : "", picture && sound ? "," : "",
             sound ? l->sound_codecs : "");
    if (picture)
        str_addf(out, ",RESOLUTION=%dx%d", l->width, l->height);
    str_addf(out, "%s\n%s/index.m3u8\n", picture && sound ? ",AUDIO=\"a\"" : "",
             picture ? "v" : "a");
}

static void head(struct str *out, double longest_s, const char *query)
{
    str_addf(out,
             "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:%.0f\n#EXT-X-PLAYLIST-TYPE:VOD\n"
             "#EXT-X-MAP:URI=\"init.mp4%s\"\n",
             fmax(1, ceil(longest_s)), query);
}

static void segment(struct str *out, double s, int64_t i, const char *query)
{
    str_addf(out, "#EXTINF:%.6f,\n%" PRId64 ".m4s%s\n", s, i, query);
}

void playlist_of_picture(struct str *out, const struct preview_layout *l)
{
    const double frame_s = (double)l->grid.fps.den / l->grid.fps.num;
    head(out, (double)l->segment_frames * frame_s, "");
    for (int64_t i = 0; i < l->nb_pictures; i++)
        segment(out,
                (double)(preview_picture_begin(l, i + 1) - preview_picture_begin(l, i)) * frame_s,
                i, "");
    str_add(out, "#EXT-X-ENDLIST\n");
}

void playlist_of_sound(struct str *out, const struct preview_layout *l, const char *query)
{
    static const double packet_s = 1024 / 48000.0;
    head(out, (double)l->segment_packets * packet_s, query);
    for (int64_t i = 0; i < l->nb_sounds; i++) {
        const int64_t left = l->nb_packets - i * l->segment_packets;
        segment(out, (double)(left < l->segment_packets ? left : l->segment_packets) * packet_s, i,
                query);
    }
    str_add(out, "#EXT-X-ENDLIST\n");
}
