"""What tests read outputs back with: a PDF, a Word file, a page of HTML, and a driver for builds."""
