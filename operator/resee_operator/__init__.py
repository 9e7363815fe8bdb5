"""The Resee operator: one ReseeDeployment becomes a running Resee and stays exactly so."""
