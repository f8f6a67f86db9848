module muster.invalid/ecosystem/kubectl

go 1.24
