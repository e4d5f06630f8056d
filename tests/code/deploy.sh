#!/usr/bin/env bash
# Rolls a release out, host by host, and writes a report.
set -euo pipefail

readonly RELEASE="${1:?usage: deploy.sh RELEASE}"
readonly REPORT="$(mktemp)"
mask=$((1 << 5 | 1<<3))
shift_by=4
flags=$(( (mask<<shift_by) & 0xff ))
big=$((1<<$shift_by))
wide=$(( 1 << $shift_by ))

log() {
  printf '%s %s\n' "$(date -u +%FT%TZ)" "$*" >> "$REPORT"
}

write_unit() {
  cat <<EOF > /etc/systemd/system/app.service
[Unit]
Description=app $RELEASE
After=network-online.target

[Service]
ExecStart=/opt/app/bin/app --flags ${flags}
Restart=on-failure
EOF
}

append_hosts() {
  cat <<HOSTS >> /etc/hosts
10.0.0.1 db.internal
10.0.0.2 cache.internal
HOSTS
  cat <<-'RAW' >> /etc/motd
	Release: $RELEASE (not expanded)
	RAW
  cat <<"QUOTED"
$HOME stays as it is, so do `commands` and $(others)
QUOTED
}

count_words() {
  local n
  n=$(wc -w <<< "$1")
  read -r first rest <<<"$1"
  echo "$n $first"
}

main() {
  local host
  for host in web-{1..3}; do
    if ssh "$host" 'bash -s' <<'REMOTE' >> "$REPORT" 2>&1
uname -a
df -h / | tail -n 1
REMOTE
    then
      log "ok $host"
    else
      log "failed $host (status $?)"
    fi
  done
  diff <(sort "$REPORT") <(sort -u "$REPORT") || true
  while read -r line; do
    [[ $line == *failed* ]] && exit 1
  done < <(cat "$REPORT")
  exec 3<>/dev/tcp/127.0.0.1/8080
  printf 'GET /health HTTP/1.0\r\n\r\n' >&3
  cat <&3
}

tee -a "$REPORT" <<EOF | sed 's/<[^>]*>//g' >> /var/log/deploy.log
<b>release</b> $RELEASE
EOF
cat << 'END' | python3 -
print("<<" + ">>")
END
write_unit
append_hosts
count_words "$(cat "$REPORT")"
main "$@"
