"""What links to the pages say: a query as values, a scene of Explore, and a teacher's lesson."""
