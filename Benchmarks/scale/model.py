"""What a server's CPU time is made of: so much for each GB, packet, send, wake-up, and second of a viewer, found by least squares."""

import dataclasses
import itertools

TERMS = ("gigabytes", "packets", "sends", "wakes", "viewer_seconds")
# The names of the document: what one of each is, the unit its price is printed in, and how many of that unit make a second.
UNITS = {"gigabytes": ("GB", "s", 1), "packets": ("packet", "µs", 1e6), "sends": ("send", "µs", 1e6), "wakes": ("wake-up", "µs", 1e6),
         "viewer_seconds": ("second of a viewer", "µs", 1e6)}


@dataclasses.dataclass(frozen=True)
class Model:
    """CPU seconds = the sum over TERMS of price times amount. `error` is the root of the mean square of (model / measured - 1)."""

    prices: dict
    error: float
    points: int

    def parts(self, result):
        """CPU seconds by term."""
        return {term: price * getattr(result, term) for term, price in self.prices.items()}

    def cpu(self, result):
        return sum(self.parts(result).values())


def fit(results):
    """The Model with the least squares of relative errors whose prices are not negative; None for too few points."""
    if len(results) <= len(TERMS):
        return None
    # Divided by what was measured, every point counts the same: the sum of a row's parts should be 1.
    rows = [[getattr(result, term) / result.cpu for term in TERMS] for result in results]
    best = None
    for used in itertools.chain.from_iterable(itertools.combinations(range(len(TERMS)), size) for size in range(1, len(TERMS) + 1)):
        prices = least_squares([[row[index] for index in used] for row in rows])
        if prices is None or min(prices) < 0:
            continue
        square = sum((sum(price * row[index] for price, index in zip(prices, used)) - 1) ** 2 for row in rows) / len(rows)
        if best is None or square < best.error**2:
            named = dict.fromkeys(TERMS, 0.0) | {TERMS[index]: price for price, index in zip(prices, used)}
            best = Model(named, square**0.5, len(rows))
    return best


def least_squares(rows):
    """x that makes every row's product with it as near to 1 as can be; None if there is no single such x."""
    count = len(rows[0])
    # Columns of very different size: scaled to a mean square of 1.
    scales = [(sum(row[index] ** 2 for row in rows)) ** 0.5 for index in range(count)]
    if not all(scales):
        return None
    scaled = [[value / scale for value, scale in zip(row, scales)] for row in rows]
    matrix = [[sum(row[i] * row[j] for row in scaled) for j in range(count)] + [sum(row[i] for row in scaled)] for i in range(count)]
    solved = eliminate(matrix)
    return solved and [value / scale for value, scale in zip(solved, scales)]


def eliminate(matrix):
    """Solves the equations whose right sides are the last column (Gauss, Jordan); None if they are not independent."""
    count = len(matrix)
    for column in range(count):
        pivot = max(range(column, count), key=lambda row: abs(matrix[row][column]))
        if abs(matrix[pivot][column]) < 1e-9:
            return None
        matrix[column], matrix[pivot] = matrix[pivot], matrix[column]
        divisor = matrix[column][column]
        matrix[column] = [value / divisor for value in matrix[column]]
        for row in range(count):
            if row != column:
                factor = matrix[row][column]
                matrix[row] = [value - factor * other for value, other in zip(matrix[row], matrix[column])]
    return [row[-1] for row in matrix]
