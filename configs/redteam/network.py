# call out | asks a machine outside
import socket
def attempt():
    for address in [("8.8.8.8", 53), ("1.1.1.1", 443)]:
        try:
            socket.create_connection(address, timeout=0.3).close()
            return True
        except OSError:
            pass
    return False
