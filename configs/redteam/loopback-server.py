# detached child | leaves a server listening on the loopback, which the next run asks
import os, socket, time
def attempt():
    try:
        socket.create_connection(("127.0.0.1", @PORT@), timeout=0.2).close()
        return True
    except OSError:
        pass
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            try:
                server = socket.socket()
                server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                server.bind(("127.0.0.1", @PORT@))
                server.listen(64)
                os.close(1)
                os.close(2)
                time.sleep(60)
            finally:
                os._exit(0)
        os._exit(0)
    return False
