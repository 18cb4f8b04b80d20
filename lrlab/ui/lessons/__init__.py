"""What Lessons and Claims are made of: live figure, question, what was measured, the teacher's link."""
