"""What the exam puts on paper and into files: charts, the circular, its tables."""
