# Runs inside a node's image: what kubeadm wrote with one address, then the script that finds another.
set -eu
mkdir -p /etc/kubernetes/manifests /var/lib/kubelet
echo "advertise 172.99.0.4, not 172.99.0.44" > /etc/kubernetes/manifests/kube-apiserver.yaml
echo "server: https://172.99.0.4:6443" > /etc/kubernetes/kubelet.conf
echo "--node-ip=172.99.0.4" > /var/lib/kubelet/kubeadm-flags.env
echo 172.99.0.4 > /kind/address
/kind/bin/node-address
cat /etc/kubernetes/manifests/kube-apiserver.yaml /etc/kubernetes/kubelet.conf /var/lib/kubelet/kubeadm-flags.env
