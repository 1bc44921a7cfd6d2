"""Count primes."""
import sys


def is_prime(n):
    if n < 2:
        return False
    for i in range(2, n):
        if n % i == 0:
            return False
    return True


def count(limit):
    total = 0
    for n in range(limit):
        if is_prime(n):
            total += 1
    return total


class Sieve:
    def run(self, limit):
        total = 0
        for n in range(limit):
            if is_prime(n):
                total += 1
        return total


if __name__ == "__main__":
    print("METRIC primes=%d" % count(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
