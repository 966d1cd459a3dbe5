/*
 * Runs a fuzz target over every file of the folders (or the files) that are named: what a build
 * without libFuzzer has in place of it, so that what was found once stays mended. No file at all is
 * a failure: it would test nothing.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "err.h"
#include "fs.h"
#include "fuzz.h"
#include "mem.h"

enum { MAX_INPUT_BYTES = 16 << 20 };

static int run_file(const char *path, struct err *err)
{
    AUTO_FREE char *bytes = NULL;
    size_t nb;
    if (fs_read(&bytes, &nb, path, MAX_INPUT_BYTES, err) < 0)
        return err->code;
    /* Without the NUL that fs_read puts behind, which a target must not lean on. */
    AUTO_FREE uint8_t *data = mem_zalloc(nb, 1);
    for (size_t i = 0; i < nb; i++)
        data[i] = (uint8_t)bytes[i];
    LLVMFuzzerTestOneInput(data, nb);
    return 0;
}

/* Returns how many files it ran, or an error. */
static int run_folder(const char *path, struct err *err)
{
    struct dirent **entries = NULL;
    const int nb = scandir(path, &entries, NULL, alphasort);
    int nb_run = 0;
    for (int i = 0; i < nb; i++) {
        AUTO_FREE char *file = fs_join(path, entries[i]->d_name);
        if (!err->code && !fs_is_dir(file) && run_file(file, err) == 0)
            nb_run++;
        free(entries[i]);
    }
    free(entries);
    return err->code ? (int)err->code : nb_run;
}

int main(int argc, char **argv)
{
    struct err err = {0};
    int nb = 0;
    for (int i = 1; i < argc && err.code == ERR_OK; i++) {
        if (fs_is_dir(argv[i]))
            nb += run_folder(argv[i], &err);
        else if (run_file(argv[i], &err) == 0)
            nb++;
    }
    if (err.code != ERR_OK || nb == 0) {
        fprintf(stderr, "%s: %s\n", argv[0], err.code ? err.msg : "there is no input to run");
        return 1;
    }
    printf("%d inputs\n", nb);
    return 0;
}
