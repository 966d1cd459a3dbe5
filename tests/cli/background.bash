# Runs in the background whose workers are met at work. The event is $PWD/event.

# One worker at work at a time, and slow enough to be met.
slow_event()
{
    cheap_rendition event cheap .mp4 160 slower
    settings 'renditions: [cheap]' 'workers: 1' "$@"
}

# Starts a run in the background; its messages go to the file run.
begin_run()
{
    "$TALKPRESS" -C event run "$@" >run 2>&1 3>&- &
    COORDINATOR=$!
}

# Waits for a worker of the stage and tells its process; stops it first (SIGSTOP), so that it
# cannot end before it is dealt with.
stop_worker()
{
    local pid name
    for _ in {1..2000}; do
        for pid in $(workers_of $COORDINATOR); do
            kill -STOP "$pid" 2>/dev/null || continue
            read -r name <"/proc/$pid/comm" || true
            if [[ $name == "talkpress-$1" ]]; then
                echo "$pid"
                return 0
            fi
            kill -CONT "$pid" 2>/dev/null || true
        done
        kill -0 "$COORDINATOR" || break
    done
    return 1
}
