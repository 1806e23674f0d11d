"""The tracker's filter: constant velocity, each coordinate by itself, in closed form.

Norfair's OptimizedKalmanFilter: the prediction moves the position only, and the
variances go on with each update, so that a coordinate needs five numbers and no
matrix.
"""


class KalmanFactory:
    """Makes filters; R is the variance of a measurement, Q what a frame adds, the others those at the start."""

    def __init__(self, R=4.0, Q=0.1, pos_variance=10, pos_vel_covariance=0, vel_variance=1):
        self.R = R
        self.Q = Q
        self.variances = pos_variance, pos_vel_covariance, vel_variance

    def create(self, position):
        """A filter at a position, a list of coordinates."""
        return Kalman(position, self.R, self.Q, self.variances)


class Kalman:
    """`position` and `velocity` are lists of coordinates; velocities are per frame."""

    def __init__(self, position, measured, added, variances):
        self.position = list(position)
        self.velocity = [0.0] * len(self.position)
        self._measured = measured
        self._added = added
        # Coordinates that were always measured together share their variances.
        self._variances = [variances] * len(self.position)

    def predict(self):
        """Move on by one frame."""
        velocity = self.velocity
        self.position = [x + velocity[i] for i, x in enumerate(self.position)]

    def update(self, position, seen=None):
        """Take a measured position; `seen` tells for each coordinate whether it was, None stands for all."""
        last, gains = None, []
        for i in range(len(position)):
            measured = seen is None or seen[i]
            if self._variances[i] is not last or gains[0] != measured:
                last = self._variances[i]
                gains = self._gains(last, measured)
            _, for_position, for_velocity, variances = gains
            self._variances[i] = variances
            if measured:
                error = position[i] - self.position[i]
                self.position[i] += for_position * error
                self.velocity[i] += for_velocity * error

    def _gains(self, variances, measured):
        position, covariance, velocity = variances
        together = covariance + velocity
        total = position + covariance + together + self._added + self._measured
        for_position = 1 - self._measured / total
        for_velocity = together / total
        kept = self._measured if measured else total
        velocity += self._added
        if measured:
            velocity -= for_velocity * for_velocity * total
        return measured, for_position, for_velocity, (for_position * kept, for_velocity * kept, velocity)

    def place(self, index, value):
        """Put a coordinate that is seen for the first time where it is, at rest."""
        self.position[index] = value
        self.velocity[index] = 0.0
