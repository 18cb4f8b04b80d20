"""The parts of the Lessons and Claims pages: live figure, question, measured results, teacher's link."""
