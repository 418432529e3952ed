#!/usr/bin/env bash
# The course's steps in the order in which its students type them, for the comparison with site.yml. What the lab changes is
# where the downloads come from: the variables in capitals are set by the bench to what site.yml gets from its inventory.
set -euo pipefail
cd "$HOME"

# 1. Anaconda, into the home folder
sudo apt-get update -qq
sudo apt-get install -y -qq wget git > /dev/null
wget -q "$ANACONDA_URL" -O anaconda.sh
bash anaconda.sh -b -p "$HOME/anaconda3" > /dev/null
rm anaconda.sh
"$HOME/anaconda3/bin/conda" init bash > /dev/null

# 3. Docker, with the registry mirror that the machine needs
sudo DEBIAN_FRONTEND=noninteractive apt-get install -y -qq docker.io > /dev/null
echo "{\"registry-mirrors\": [\"$REGISTRY_MIRROR\"]}" | sudo tee /etc/docker/daemon.json > /dev/null

# 4. Docker without sudo
sudo groupadd -f docker
sudo gpasswd -a "$USER" docker > /dev/null
sudo service docker restart

# 5. Compose
mkdir -p soft
wget -q "$COMPOSE_URL" -O soft/docker-compose
chmod +x soft/docker-compose
# shellcheck disable=SC2016 # the words themselves go into .bashrc
echo 'export PATH="${HOME}/soft:${PATH}"' >> .bashrc
soft/docker-compose version > /dev/null

# 6. the first container
sg docker -c "docker run --rm hello-world" > /dev/null

# 9. an environment with the packages that the role jupyter brings
# shellcheck disable=SC2086 # one word a package
"$HOME/anaconda3/bin/conda" create -y -q -n mlops-zoomcamp --override-channels -c "$CHANNEL" $PACKAGES > /dev/null

# 8. Jupyter in its folder
mkdir -p notebooks
cd notebooks
nohup "$HOME/anaconda3/envs/mlops-zoomcamp/bin/jupyter-lab" --no-browser --port 8888 > ../jupyter.log 2>&1 &
for _attempt in $(seq 120); do
    grep -q "is running at" ../jupyter.log 2> /dev/null && exit 0
    sleep 0.5
done
echo "Jupyter did not come up" >&2
exit 1
