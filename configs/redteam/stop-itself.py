# stop the referee | stops itself and closes its output, so that hone waits for ever
import os, signal
os.close(1)
os.close(2)
os.kill(os.getpid(), signal.SIGSTOP)
