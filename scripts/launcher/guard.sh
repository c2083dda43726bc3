#!/bin/sh
# Outlives the launcher by a few seconds: when its standard input ends while processes are still listed, the launcher
# was killed, and they are stopped here. Lines: "add PID SIGNAL WAVE" and "del PID"; PID leads a process group.
list=
while read -r operation pid signal wave; do
  case $operation in
  add) list="$pid:$signal:$wave $list" ;;
  del)
    kept=
    for entry in $list; do [ "${entry%%:*}" = "$pid" ] || kept="$kept $entry"; done
    list=$kept
    ;;
  esac
done

# Dead ones whose new parent does not collect them still answer signals: their state is Z.
lives() {
  kill -s 0 -- "-$1" 2>/dev/null || return 1
  case $(cat "/proc/$1/stat" 2>/dev/null) in
  *") Z "*) return 1 ;;
  esac
}

for wave in 1 2 3 4 5; do
  alive=
  for entry in $list; do
    [ "${entry##*:}" = "$wave" ] || continue
    pid=${entry%%:*}
    signal=${entry#*:}
    kill -s "${signal%%:*}" -- "-$pid" 2>/dev/null && alive="$alive $pid"
  done
  tries=0
  while [ -n "$alive" ] && [ $tries -lt 50 ]; do
    sleep 0.1
    tries=$((tries + 1))
    rest=
    for pid in $alive; do lives "$pid" && rest="$rest $pid"; done
    alive=$rest
  done
  # The stubborn, and whatever a leader that has gone left behind in its group.
  for entry in $list; do
    [ "${entry##*:}" = "$wave" ] && kill -s KILL -- "-${entry%%:*}" 2>/dev/null
  done
done
