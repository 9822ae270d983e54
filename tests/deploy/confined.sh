# Start a command as containers of deploy/ do: nothing but two volumes and a folder for what is
# passing can be written, the volumes are somebody else's and open to a group alone, no capabilities.
#   unshare --mount sh confined.sh HOME PASSING COMMAND...
set -e
home=$1 passing=$2
shift 2
mount --make-rprivate /
mount -t tmpfs -o uid=1,gid=1000,mode=2775 tmpfs "$home"
mkdir "$home/capture"
mount -t tmpfs -o uid=1,gid=1000,mode=2775 tmpfs "$home/capture"
mount -t tmpfs -o mode=1777 tmpfs "$passing"
mount --bind / /
mount -o remount,ro,bind /
exec setpriv --regid 1000 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
