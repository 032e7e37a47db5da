"""Assets, a file per room: read the partition's facts, call one room function, return its frame."""
