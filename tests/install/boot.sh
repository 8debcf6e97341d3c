#!/usr/bin/env bash
# Becomes systemd in a copy of a Debian root that lasts as long as its process 1: boot.sh PRISTINE ROOT, in fresh namespaces.
set -euo pipefail
pristine=$1 root=$2

mount --make-rprivate /
mkdir -p "$root"
changes=$(dirname "$root")/changes
mkdir "$changes"
mount -t tmpfs tmpfs "$changes"
mkdir "$changes/upper" "$changes/work"
mount -t overlay -o "lowerdir=$pristine,upperdir=$changes/upper,workdir=$changes/work" overlay "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
mount -t tmpfs tmpfs "$root/dev/shm"
mkdir -p "$root/mnt/host"
cd "$root"
pivot_root . mnt/host
umount -l /mnt/host
exec env -i container=kakekomi PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=console --show-status=yes
