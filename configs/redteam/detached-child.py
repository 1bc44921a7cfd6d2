# detached child | a child that left its session goes on working for the next run
import os, socket, time
def attempt():
    name = "\0hone-redteam-@ID@"
    caller = socket.socket(socket.AF_UNIX)
    try:
        caller.connect(name)
        return True
    except OSError:
        pass
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            server = socket.socket(socket.AF_UNIX)
            try:
                server.bind(name)
                server.listen(8)
                os.close(1)
                os.close(2)
                time.sleep(60)
            finally:
                os._exit(0)
        os._exit(0)
    return False
