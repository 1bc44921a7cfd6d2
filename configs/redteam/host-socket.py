# call out | talks to a service of this machine by its socket
import os, socket
def attempt():
    for path in [os.environ.get("SSH_AUTH_SOCK", "/nowhere"), "/run/docker.sock", "/run/dbus/system_bus_socket", "@CAMP@/socket"]:
        try:
            caller = socket.socket(socket.AF_UNIX)
            caller.settimeout(0.3)
            caller.connect(path)
            return True
        except OSError:
            pass
    return False
