/* Pieces of a film, as a worker that was taken over may have made them. */
#include "err.h"
#include "film_mp4.h"
#include "fuzz.h"
#include "mem.h"
#include "str.h"

static void join(const struct film_piece *piece, size_t nb_pictures, size_t nb_sounds)
{
    struct err err = {0};
    AUTO_STR film = {0};
    const struct film_piece twice[] = {*piece, *piece};
    const struct film_pieces pictures = {twice, nb_pictures}, sounds = {twice, nb_sounds};
    const struct film_range range = {0, 60000};
    (void)!fuzz_failed(film_mp4_join(&film, &pictures, &sounds, &range, &err), &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_FREE char *text = fuzz_text(data, size);
    const struct film_piece piece = {text, size};
    join(&piece, 1, 0);
    join(&piece, 0, 1);
    join(&piece, 1, 1);
    return 0;
}
