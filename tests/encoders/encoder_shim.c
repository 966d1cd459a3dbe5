/*
 * Other versions of encoders, for tests: a library to be preloaded (LD_PRELOAD). The encoders stay
 * as they are, and say another version where these variables are set:
 *
 * SHIM_SVT, SHIM_OPUS: the versions of SVT-AV1 and of libopus.
 *
 * SHIM_MACHINE: the architecture.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

const char *svt_av1_get_version(void);
const char *opus_get_version_string(void);

static const char *version(const char *variable, const char *function)
{
    const char *(*real)(void), *text = getenv(variable);
    void *address = text ? NULL : dlsym(RTLD_NEXT, function);
    if (!address)
        return text ? text : "unknown";
    memcpy(&real, &address, sizeof real);
    return real();
}

const char *svt_av1_get_version(void)
{
    return version("SHIM_SVT", "svt_av1_get_version");
}

const char *opus_get_version_string(void)
{
    return version("SHIM_OPUS", "opus_get_version_string");
}

int uname(struct utsname *out)
{
    int (*real)(struct utsname *);
    const char *machine = getenv("SHIM_MACHINE");
    void *address = dlsym(RTLD_NEXT, "uname");
    if (!address)
        return -1;
    memcpy(&real, &address, sizeof real);
    const int ret = real(out);
    if (ret == 0 && machine)
        snprintf(out->machine, sizeof out->machine, "%s", machine);
    return ret;
}
